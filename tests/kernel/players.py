"""Runs plays in processes of their own, several at a time, each with a time limit."""

import concurrent.futures
import contextlib
import os
import signal
import subprocess
import time


class Players:
    """The plays that run now. Each is a process group, so that its end is the end of all that it started."""

    def __init__(self):
        self.running, self.stopped = set(), False

    def play(self, command, limit):
        """Runs one play for at most `limit` seconds. A signal to this program's own group does not reach it."""
        player = subprocess.Popen(command, stdin=subprocess.DEVNULL, process_group=0)
        self.running.add(player)
        end = time.monotonic() + limit
        try:
            # Without reaping it, so that its number names its group and no other until the group has been ended.
            while not os.waitid(os.P_PID, player.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG):
                if time.monotonic() > end:
                    raise subprocess.TimeoutExpired(command, limit)
                time.sleep(0.01)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(player.pid, signal.SIGKILL)
            self.running.discard(player)
            code = player.wait()
        if code:
            raise OSError(f"it ends with {code}")

    def stop(self):
        """Ends the plays that run, with all that they started."""
        self.stopped = True
        for player in list(self.running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(player.pid, signal.SIGKILL)

    def all(self, jobs, tasks):
        """Calls each of `tasks`, `jobs` at a time; ends all plays when one call fails or is interrupted."""
        with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
            calls = [pool.submit(task) for task in tasks]
            try:
                for call in calls:
                    call.result()
            except BaseException:
                self.stop()
                pool.shutdown(cancel_futures=True)
                raise
