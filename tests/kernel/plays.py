"""The register of plays: what each is called, and how its stage is set."""

PLAYS = {}


class Play:
    def __init__(self, function, family, capture, offloads, late, only, exact, slow):
        self.function = function
        self.name = function.__name__
        self.summary = function.__doc__
        # 4 or 6: the IP version.
        self.family = family
        # The link that is captured: `client` for the one between client and middle, `server` for the other.
        self.capture = capture
        # Whether hosts may send segments longer than the MTU and leave checksums to the hardware.
        self.offloads = offloads
        # Whether the play itself starts the capture, some time after the connection began.
        self.late = late
        # The one side whose frames are captured, or None for both.
        self.only = only
        # The sides whose retransmissions all pass the capture, after what they repeat did: the counts must be equal.
        self.exact = exact
        # Seconds that it takes about; long plays start first.
        self.slow = slow


def play(family, capture="client", offloads=False, late=False, only=None, exact=("client", "server"), slow=1):
    def register(function):
        PLAYS[function.__name__] = Play(function, family, capture, offloads, late, only, exact, slow)
        return function

    return register
