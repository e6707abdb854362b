"""The formats that data come in, each with a reader that gives a source."""
