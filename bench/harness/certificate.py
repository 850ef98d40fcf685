"""The certificate all proxies show: ECDSA P-256, self-signed, for every host of the bench."""

import os
import subprocess
import tempfile


class Certificate:
    """Files in a folder of its own; a context manager that removes them."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory(prefix="headgate-bench-")
        self.chain, self.key, self.both = (os.path.join(self._folder.name, name)
                                           for name in ("tls.crt", "tls.key", "both.pem"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "30", "-subj", "/CN=bench.test", "-addext", "subjectAltName=DNS:*.bench.test",
                        "-keyout", self.key, "-out", self.chain], check=True, capture_output=True)
        with open(self.both, "w") as both:
            for part in (self.chain, self.key):
                with open(part) as file:
                    both.write(file.read())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()
