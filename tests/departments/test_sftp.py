"""The same drop over a real SFTP server: only the URL differs."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import paramiko
import pytest

from .conftest import NIGHT, Office, department
from .test_files import lines, put, spec


class Door(paramiko.ServerInterface):
    """Lets one account in."""

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def check_auth_password(self, username: str, password: str) -> int:
        return paramiko.AUTH_SUCCESSFUL if (username, password) == ("reader", "pass") else paramiko.AUTH_FAILED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


class Files(paramiko.SFTPServerInterface):
    """Read access to the files of the machine."""

    def list_folder(self, path: str):
        found = []
        for file in Path(path).iterdir():
            attributes = paramiko.SFTPAttributes.from_stat(file.stat())
            attributes.filename = file.name
            found.append(attributes)
        return found

    def stat(self, path: str):
        try:
            return paramiko.SFTPAttributes.from_stat(Path(path).stat())
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    lstat = stat

    def open(self, path: str, flags: int, attr):
        handle = paramiko.SFTPHandle(flags)
        handle.readfile = open(path, "rb")  # noqa: SIM115, PTH123
        return handle


@pytest.fixture
def server() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    key = paramiko.ECDSAKey.generate()
    transports = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(key)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files)
            transport.start_server(server=Door())
            transports.append(transport)

    threading.Thread(target=accept, daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()
    for transport in transports:
        transport.close()


def test_sftp_and_local_folder_agree(tmp_path: Path, server: int) -> None:
    drop = tmp_path / "drop"
    drop.mkdir()
    put(drop, lines("1,龑一,2026", '2,"王,二",NULL'))
    results = []
    for name, url in {"local": f"file://{drop}", "sftp": f"sftp://reader:pass@127.0.0.1:{server}{drop}"}.items():
        (tmp_path / name).mkdir()
        office = Office(tmp_path / name)
        office.add(department("files", {"people": spec()}), {"url": url})
        office.extract(NIGHT)
        results.append((office.current(NIGHT), office.rows(NIGHT, "deliveries/xx")))
    assert results[0] == results[1]
    assert set(results[0][0]) == {"1", "2"}


def test_wrong_password_is_one_sentence(office: Office, server: int) -> None:
    office.add(department("files", {"people": spec(due="weekly")}), {"url": f"sftp://reader:wrong@127.0.0.1:{server}/tmp"})
    with pytest.raises(Exception, match=r"its folder cannot be read \(AuthenticationException\)") as caught:
        office.extract(NIGHT)
    assert "wrong" not in str(caught.value)
