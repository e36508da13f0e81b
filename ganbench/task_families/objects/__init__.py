"""The kinds of objects that tasks show, one module each."""
