"""Tables: columns as data, one model over immutable snapshots, one view, one delegate."""
