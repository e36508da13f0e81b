"""The kinds of objects that the angle tasks show, one module each."""
