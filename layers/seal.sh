# The last step of every image: seal.sh MODULE. What cannot be imported is never shipped, nor is what installs,
# nor the SDK that AWS's base image brings.
set -eu
# compiled in advance, for imports take three times as long otherwise; by content, for copying changes file times
python -m compileall -q --invalidation-mode unchecked-hash .
ENVIRONMENT=development python -B -c "import $1"
python - <<'PYTHON'
import importlib.util
import shutil
import sysconfig
from pathlib import Path

for name in ("pip", "setuptools", "wheel", "ensurepip", "boto3", "botocore", "s3transfer"):
    found = importlib.util.find_spec(name)
    if found and found.origin:
        package = Path(found.origin).parent
        shutil.rmtree(package)
        for record in package.parent.glob(f"{name}-*.dist-info"):
            shutil.rmtree(record)
for program in Path(sysconfig.get_path("scripts")).glob("pip*"):
    program.unlink()
PYTHON
rm -rf /tmp/*
