"""Programs that capture, run beside a play: started in a namespace, watched, sent signals, and asked what they counted."""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time

# Puts the /sys of the program's own network namespace where libpcap looks for interfaces and their counters.
OWN_SYS = ("unshare", "--mount", "sh", "-c", 'mount -t sysfs none /sys 2>/dev/null; exec "$@"', "sh")
COUNTS = {
    "captured": re.compile(r"\b(\d+) packets? captured"),
    "received": re.compile(r"\b(\d+) packets? received by filter"),
    "dropped": re.compile(r"\b(\d+) packets? dropped by kernel"),
    # Not tcpdump's: what the kernel still had when the capture ended.
    "unread": re.compile(r"\b(\d+) packets? received but not read"),
}


class TooLate(Exception):
    """Something did not happen in time."""


class Lines(threading.Thread):
    """Reads one stream of a program to its end: `lines` holds (time of arrival, line)."""

    def __init__(self, stream):
        super().__init__(daemon=True)
        self.stream, self.lines = stream, []
        self.start()

    def run(self):
        with contextlib.suppress(OSError, ValueError):
            for line in self.stream:
                self.lines.append((time.time(), line.decode(errors="replace").rstrip("\n")))

    def text(self):
        return "\n".join(line for _, line in list(self.lines))


class Program:
    """A running program. Its errors are read as they come; its output too, unless it goes elsewhere."""

    def __init__(self, command, namespace, output=subprocess.PIPE, own_sys=True, **more):
        self.command = [os.fspath(word) for word in command]
        full = [*OWN_SYS, *self.command] if own_sys else self.command
        self.began = time.time()
        more.setdefault("stdin", subprocess.DEVNULL)
        with namespace.entered():
            self.process = subprocess.Popen(full, stdout=output, stderr=subprocess.PIPE, **more)
        self.errors = Lines(self.process.stderr)
        self.output = Lines(self.process.stdout) if output is subprocess.PIPE else None

    @property
    def pid(self):
        return self.process.pid

    def wait_for(self, condition, what, patience=10.0):
        """Waits until `condition()` holds; fails with what the program said when it does not, or has ended."""
        end = time.monotonic() + patience
        while not condition():
            ended = self.process.poll() is not None
            if ended:
                time.sleep(0.05)
                if condition():
                    return
            if ended or time.monotonic() > end:
                happened = f"ended with {self.process.returncode}" if ended else f"waited {patience:g} s"
                raise TooLate(f"{self.name()}: {happened} before {what}; it said: {self.errors.text()[-600:]!r}")
            time.sleep(0.005)

    def name(self):
        return " ".join([os.path.basename(self.command[0]), *self.command[1:]])

    def listening(self, interfaces=1):
        """Waits until it captures."""
        wanted = lambda: self.errors.text().count("listening on ") >= interfaces
        self.wait_for(wanted, f"it listens on {interfaces} interfaces")
        return self

    def send(self, number):
        self.process.send_signal(number)

    def ended(self, patience=10.0):
        """Waits for the end, and returns the exit code; everything it said has then been read."""
        try:
            code = self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise TooLate(f"{self.name()}: has not ended after {patience:g} s; it said: {self.errors.text()[-600:]!r}")
        for reader in (self.errors, self.output):
            if reader:
                reader.join(5)
        return code

    def stop(self, number=signal.SIGINT, patience=10.0):
        """Sends a signal; returns the exit code."""
        self.send(number)
        return self.ended(patience)

    def counts(self):
        """The last count lines, {"captured", "received", "dropped", "unread"}, without those it did not print."""
        text = self.errors.text()
        found = {name: pattern.findall(text) for name, pattern in COUNTS.items()}
        return {name: int(numbers[-1]) for name, numbers in found.items() if numbers}

    def status(self, key):
        """A line of /proc/PID/status, without its name."""
        with open(f"/proc/{self.pid}/status") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return line.split(":", 1)[1].strip()
        return None

    def resident_kib(self):
        return int(self.status("VmRSS").split()[0])
