"""A stock Dovecot of a test's own: mailboxes below one folder, on loopback ports that nobody else uses."""
import grp
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time
import unittest

CONFIG = """\
base_dir = {folder}/run
log_path = {folder}/log
protocols = imap pop3
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home
}}
mail_location = maildir:{mailboxes}/%d/%n
namespace inbox {{
  inbox = yes
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = 0
  }}
}}
"""


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return bool(connection.recv(1))
    except OSError:
        return False


class Dovecot:
    """Serves mailboxes/<domain>/<local part>, any user with the password "secret". `folder` is for its own files."""

    def __init__(self, folder, mailboxes):
        self.folder, self.mailboxes = pathlib.Path(folder), pathlib.Path(mailboxes)
        program = shutil.which("dovecot", path=os.environ["PATH"] + ":/usr/sbin")
        if program is None:
            raise unittest.SkipTest("dovecot is not installed")
        # It opens no mailbox as root, so it takes what belongs to somebody else.
        user = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        for place in ("run", "home"):
            (self.folder / place).mkdir(parents=True)
        if os.geteuid() == 0:
            owner = f"{user.pw_uid}:{user.pw_gid}"
            subprocess.run(["chown", "-R", owner, self.mailboxes, self.folder / "home"], check=True)
            os.chmod(self.folder.parent, 0o755)
        # Somebody else may take a port between our asking and its listening.
        for _ in range(3):
            self.imap, self.pop3 = free_ports(2)
            config = self.folder / "dovecot.conf"
            config.write_text(CONFIG.format(folder=self.folder, mailboxes=self.mailboxes, user=user.pw_name,
                                            group=grp.getgrgid(user.pw_gid).gr_name, uid=user.pw_uid, gid=user.pw_gid,
                                            imap=self.imap, pop3=self.pop3))
            self.process = subprocess.Popen([program, "-F", "-c", config], stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL)
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline and self.process.poll() is None:
                if answers(self.imap) and answers(self.pop3):
                    return
                time.sleep(0.1)
            self.stop()
        raise AssertionError(f"dovecot does not start: {self.log()}")

    def log(self):
        log = self.folder / "log"
        return log.read_text() if log.exists() else "no log"

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)
