"""The loopback exchange itself: what the tests of everything else rest on."""
