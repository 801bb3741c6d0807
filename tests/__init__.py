"""Tests of everything. Numeric libraries take one thread each: on a busy machine more only wait."""

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
