"""Stand-in for TensorFlow Serving's model server; see airgap/README.md for what it covers."""
