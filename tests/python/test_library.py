"""Where the library is looked for, and what is said when it is not there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import prm


def run(code, path, **environment):
    env = {**os.environ, "PYTHONPATH": str(path), **environment}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)


def copy(tmp_path):
    shutil.copytree(Path(prm.__file__).parent, tmp_path / "prm", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_the_environment_comes_first_and_last(tmp_path):
    done = run("import prm", copy(tmp_path), PRM_LIBRARY="/nowhere/libprm.so")
    assert done.returncode == 1
    assert "ImportError" in done.stderr and "/nowhere/libprm.so (PRM_LIBRARY)" in done.stderr
    assert "beside the package" not in done.stderr


def test_beside_the_package(tmp_path):
    copy(tmp_path)
    shutil.copy(prm.LIBRARY_PATH, tmp_path / "prm" / "libprm.so.0")
    done = run("import prm; print(prm.LIBRARY_PATH)", tmp_path, PRM_LIBRARY="")
    assert done.stdout.strip() == str(tmp_path / "prm" / "libprm.so.0"), done.stderr


def test_by_soname(tmp_path):
    copy(tmp_path)
    folder = tmp_path / "installed"
    folder.mkdir()
    shutil.copy(prm.LIBRARY_PATH, folder / "libprm.so.0")
    done = run("import prm; print(prm.LIBRARY_PATH)", tmp_path, PRM_LIBRARY="", LD_LIBRARY_PATH=str(folder))
    assert done.stdout.strip() == "libprm.so.0", done.stderr


def test_nowhere_lists_what_was_tried(tmp_path):
    done = run("import prm", copy(tmp_path), PRM_LIBRARY="", LD_LIBRARY_PATH="")
    assert "beside the package" in done.stderr and "the system's loader" in done.stderr


def test_another_library_is_refused(tmp_path):
    done = run("import prm", copy(tmp_path), PRM_LIBRARY="libc.so.6")
    assert "no libprm of this version" in done.stderr


def test_a_struct_of_another_size_is_refused(tmp_path):
    abi = copy(tmp_path) / "prm" / "_abi.py"
    abi.write_text(abi.read_text().replace('("dropped", c_uint32)]', '("dropped", c_uint64)]'))
    done = run("import prm", tmp_path)
    assert "its prm_answer has 16 bytes, and here it has 24" in done.stderr
