"""The tests. What they import stays: the collector, which takes a quarter of the time of imports by
going through it again and again, rests until `tests.conftest` wakes it before the first test.
"""

import gc

gc.disable()
