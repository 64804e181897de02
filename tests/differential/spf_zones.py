"""Random worlds for SPF: zones, clients and senders, the same for the same seed."""
import ipaddress
import random

NAMES = [f"d{number}.example" for number in range(6)]
HOSTS = [f"h{number}.example" for number in range(5)]
V4 = [f"192.0.2.{number}" for number in range(1, 9)]
V6 = [f"2001:db8::{number}" for number in range(1, 5)]
MACROS = ["%{d}", "%{d2}", "%{d1r}", "%{s}", "%{l}", "%{o}", "%{i}", "%{ir}", "%{v}", "%{h}", "%{l1r-}", "%{dr}", "%{D}"]
BROKEN = ["ip4:192.0.2.300", "ip4:192.0.2.1/33", "ip6:2001:db8::1/129", "include", "include:", "a:", "mx/33", "a//129",
          "exists", "ip4", "foo:bar", "redirect=", "all:x", "a/", "include:%{x}.example", "include:%", "exists:%{d0}",
          "ip4:1.2.3.4/032", "-", "?", "a:.example", "all/8", "ptr/24", "exists:%{i}.%(d)"]


class World:
    def __init__(self, seed):
        self.draw = random.Random(seed)
        self.zone = {}
        # With ptr and aliases, where pyspf counts questions otherwise; in the other half nothing is excused by that.
        self.counted_otherwise = seed % 2 == 1
        for name in NAMES:
            self.add_domain(name)
        for host in HOSTS:
            self.add_host(host)
        self.add_reverse()
        self.ip = self.draw.choice(V4 * 3 + V6)
        self.mail_from = f"{self.draw.choice(['user', 'a-b-c', 'strange.name', 'x+y'])}@{self.draw.choice(NAMES)}"
        self.helo = self.draw.choice(HOSTS + NAMES)
        if self.draw.random() < 0.1:
            self.mail_from = ""

    def request(self):
        return {"ip": self.ip, "mail_from": self.mail_from, "helo": self.helo, "zone": self.zone}

    def add_domain(self, name):
        kinds = self.zone.setdefault(name, {})
        chance = self.draw.random()
        if chance < 0.05:
            del self.zone[name]
            return
        if chance < 0.09:
            kinds["rcode"] = self.draw.choice(["SERVFAIL", "TIMEOUT"])
            return
        records = [self.record()]
        if self.draw.random() < 0.04:
            records.append(self.record())
        if self.draw.random() < 0.1:
            records.append("some other text")
        if self.draw.random() < 0.04:
            records = ["some other text"]
        kinds["TXT"] = [self.split(record) for record in records]
        if self.draw.random() < 0.6:
            kinds["A"] = self.draw.sample(V4, self.draw.randint(1, 3))
        if self.draw.random() < 0.3:
            kinds["AAAA"] = self.draw.sample(V6, 1)
        if self.draw.random() < 0.5:
            hosts = self.draw.sample(HOSTS + NAMES, self.draw.randint(1, 3))
            kinds["MX"] = [[10 * number, host] for number, host in enumerate(hosts)]

    def split(self, record):
        if len(record) < 200 and self.draw.random() < 0.8:
            return record
        return [record[at:at + 100] for at in range(0, len(record), 100)]

    def add_host(self, host):
        chance = self.draw.random()
        if chance < 0.1:
            return
        if chance < 0.15:
            self.zone[host] = {"rcode": "SERVFAIL"}
        elif chance < 0.2 and self.counted_otherwise:
            self.zone[host] = {"CNAME": [self.draw.choice(HOSTS)]}
            if self.zone[host]["CNAME"] == [host]:
                self.zone[host] = {"A": [V4[0]]}
        else:
            self.zone[host] = {"A": self.draw.sample(V4, self.draw.randint(1, 2))}
            if self.draw.random() < 0.3:
                self.zone[host]["AAAA"] = self.draw.sample(V6, 1)

    def add_reverse(self):
        for ip in V4 + V6:
            if self.draw.random() < 0.5:
                name = ipaddress.ip_address(ip).reverse_pointer
                self.zone[name] = {"PTR": self.draw.sample(HOSTS + NAMES, self.draw.randint(1, 3))}

    def record(self):
        terms = [self.term() for _ in range(self.draw.randint(0, 5))]
        if self.draw.random() < 0.06:
            terms.insert(self.draw.randint(0, len(terms)), self.draw.choice(BROKEN))
        if self.draw.random() < 0.5:
            terms.append(self.draw.choice(["-all", "~all", "?all", "all", "-ALL"]))
        elif self.draw.random() < 0.4:
            terms.insert(self.draw.randint(0, len(terms)), "redirect=" + self.target())
        if self.draw.random() < 0.1:
            terms.append(self.draw.choice(["unknown=value", "x-y.z=%{d}", "exp=" + self.draw.choice(NAMES)]))
        return " ".join([self.draw.choice(["v=spf1"] * 9 + ["V=SPF1"])] + terms)

    def term(self):
        kinds = ["ip4", "ip4", "ip6", "a", "a", "mx", "include", "include", "exists"]
        kind = self.draw.choice(kinds + ["ptr"] if self.counted_otherwise else kinds)
        qualifier = self.draw.choice(["", "", "", "+", "-", "~", "?"])
        if kind == "ip4":
            return f"{qualifier}ip4:{self.draw.choice(V4)}{self.draw.choice(['', '', '/32', '/30', '/24', '/0'])}"
        if kind == "ip6":
            return f"{qualifier}ip6:{self.draw.choice(V6)}{self.draw.choice(['', '', '/128', '/64'])}"
        target = "" if self.draw.random() < 0.4 and kind in ("a", "mx", "ptr") else ":" + self.target()
        length = self.draw.choice(["", "", "", "/30", "/24", "//64", "/31//126"]) if kind in ("a", "mx") else ""
        return f"{qualifier}{kind}{target}{length}"

    def target(self):
        if self.draw.random() < 0.25:
            return self.draw.choice(MACROS) + "." + self.draw.choice(NAMES + HOSTS + ["example"])
        if self.draw.random() < 0.1:
            return self.draw.choice(["%{d}", "%{o}", "%{h}", "missing.example", "d1.example."])
        return self.draw.choice(NAMES + NAMES + HOSTS)
