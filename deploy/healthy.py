"""Ask the pages behind a socket whether they answer: `healthy.py SOCKET`, the health check of a container."""

import http.client
import os
import socket
import sys


class Behind(http.client.HTTPConnection):
    def __init__(self, place: str) -> None:
        super().__init__("localhost", timeout=8)
        self.place = place

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.place)


connection = Behind(sys.argv[1])
host = os.environ["ALLOWED_HOSTS"].split(",")[0].lstrip(".")
connection.request("GET", "/healthz?only=web", headers={"Host": host})
sys.exit(connection.getresponse().status != 200)
