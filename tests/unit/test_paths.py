"""What stands at a path is told alike by every Python."""

import pytest

from lifespan_cli.paths import exists, is_dir, is_file, is_visible_dir, is_visible_file


def test_what_stands_there(tmp_path):
    file, folder, link, circle = (tmp_path / name for name in ("file", "folder", "link", "circle"))
    file.touch()
    folder.mkdir()
    link.symlink_to(folder)
    circle.symlink_to(circle)
    nothing = (tmp_path / "nowhere", file / "inside", circle, tmp_path / "null\0character")
    for ask, there in ((exists, (file, folder, link)), (is_file, (file,)), (is_dir, (folder, link))):
        assert [path for path in (file, folder, link, *nothing) if ask(path)] == list(there)


def test_what_the_file_system_does_not_tell(tmp_path):
    path = tmp_path / ("x" * 5000)
    for ask in (exists, is_file, is_dir):
        with pytest.raises(OSError, match="File name too long"):
            ask(path)
    assert not is_visible_file(path)
    assert not is_visible_dir(path)
