# How every layer installs: install.sh REQUIREMENTS. Wheels of known bytes only, without the tests they carry.
set -eu
pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r "$1"
python - <<'PYTHON'
import shutil
import sysconfig
from pathlib import Path

for folder in Path(sysconfig.get_path("purelib")).rglob("tests"):
    # numpy.testing needs one module of numpy's own tests
    if folder.is_dir() and folder.parts[-2:] != ("_core", "tests"):
        shutil.rmtree(folder)
PYTHON
