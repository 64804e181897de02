"""Random messages for DKIM, and random damage to signed ones; the same for the same seed."""
import base64
import random

WORDS = ["offer", "Hello", "a", "  ", "\t", "\u00fc\u00f6", "==", "end.", ".", "From", "x" * 70]


class Mail:
    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.header_method = self.draw.choice(["simple", "relaxed"])
        self.body_method = self.draw.choice(["simple", "relaxed"])
        fields = ["From: Shop <orders@shop.example>"]
        names = ["From"]
        for name in ("Subject", "To", "Date", "Message-ID", "Reply-To", "X-Odd", "MIME-Version"):
            if self.draw.random() < 0.7:
                fields.append(self.field(name))
                names.append(name)
        if self.draw.random() < 0.3:  # twice the same name
            fields.append(self.field("X-Odd"))
            names.append("X-Odd")
        self.draw.shuffle(fields)
        self.draw.shuffle(names)
        if self.draw.random() < 0.3:  # oversigned
            names.append(self.draw.choice(["From", "Subject", "Sender"]))
        self.names = names
        self.message = ("\r\n".join(fields) + "\r\n\r\n").encode() + self.body()

    def field(self, name):
        value = " ".join(self.draw.choice(WORDS[:3] + WORDS[6:]) for _ in range(self.draw.randint(1, 8)))
        if self.draw.random() < 0.4:
            value = value.replace(" ", self.draw.choice(["  ", "\r\n ", "\r\n\t", " \t "]), 2)
        return f"{name}{self.draw.choice([':', ': ', ':  '])}{value}{self.draw.choice(['', '', ' '])}"

    def body(self):
        lines = []
        for _ in range(self.draw.randint(0, 12)):
            lines.append(" ".join(self.draw.choice(WORDS) for _ in range(self.draw.randint(0, 6))))
        lines += [""] * self.draw.choice([0, 0, 0, 1, 2, 5])
        if not lines:
            return b""
        return ("\r\n".join(lines) + "\r\n").encode()

    def damaged(self, message):
        """Somewhere one octet changed, added or gone, or white space where there was some. Not in the line ends: what
        is no longer the text that SMTP carries is each reader's own matter."""
        places = [at for at, octet in enumerate(message) if octet not in b"\r\n"]
        at = self.draw.choice(places)
        how = self.draw.choice(["change", "add", "drop", "blank", "case"])
        octet = message[at:at + 1]
        if how == "change":
            return message[:at] + bytes([self.draw.choice(b"aZ0.;:=")]) + message[at + 1:]
        if how == "add":
            return message[:at] + b"q" + message[at:]
        if how == "drop":
            return message[:at] + message[at + 1:]
        if how == "blank" and octet == b" ":
            return message[:at] + b"  " + message[at + 1:]
        return message[:at] + octet.swapcase() + message[at + 1:]


def encoded(message):
    return base64.b64encode(message).decode()


def decoded(text):
    return base64.b64decode(text)
