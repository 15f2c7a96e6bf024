"""The life of one sandbox: bring up, look, break, mend, take down."""
