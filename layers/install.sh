# How every layer installs: install.sh REQUIREMENTS. Wheels of known bytes only, without their tests and what
# only compilers and editors read.
set -eu
pip install --no-cache-dir --no-deps --only-binary :all: --require-hashes -r "$1"
python - <<'PYTHON'
import shutil
import sysconfig
from pathlib import Path

packages = Path(sysconfig.get_path("purelib"))
for folder in packages.rglob("tests"):
    shutil.rmtree(folder)
for file in packages.rglob("*"):
    if file.suffix in {".a", ".h", ".hpp", ".pxd", ".pyi"}:
        file.unlink()
PYTHON
