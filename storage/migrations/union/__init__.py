"""The steps of revision 0003, by meaning."""
