// SPDX-License-Identifier: MIT
#include "LabCheckRows.h"

namespace Helmclaw {

namespace {
constexpr Verdict warn = Verdict::Warn;
constexpr Verdict fail = Verdict::Fail;
} // namespace

QList<LabCheckRow> sshdRows()
{
    // The lines that the remedies name, word for word. sshd itself is not reloaded: it would let `ops` in either way.
    const QString dropIn = u"/etc/ssh/sshd_config.d/00-helmclaw.conf"_qs;
    return {
        { u"lab1"_qs,
          {},
          u"printf '%s\\n' 'PasswordAuthentication no' 'KbdInteractiveAuthentication no' 'PermitRootLogin no' "
          u"'X11Forwarding no' 'MACs -umac-64-etm@openssh.com,hmac-sha1-etm@openssh.com,umac-64@openssh.com,hmac-sha1' "
          u">%1; sshd -t"_qs.arg(dropIn),
          { { u"sshd.password-login"_qs, fail },
            { u"sshd.root-login"_qs, warn },
            { u"sshd.x11-forwarding"_qs, warn },
            { u"sshd.algorithms"_qs, warn } },
          u"rm -f %1"_qs.arg(dropIn) },
        { u"lab1"_qs,
          u"printf '%s\\n' 'PermitEmptyPasswords yes' 'MaxAuthTries 20' 'AllowTcpForwarding no' 'PermitRootLogin yes' "
          u"'Ciphers +3des-cbc' >%1; sshd -t"_qs.arg(dropIn),
          u"rm -f %1"_qs.arg(dropIn),
          { { u"sshd.empty-passwords"_qs, fail },
            { u"sshd.max-auth-tries"_qs, warn },
            { u"sshd.forwarding"_qs, fail },
            { u"sshd.root-login"_qs, fail, warn },
            { u"sshd.algorithms"_qs, fail, warn } } },
        // Without root: what everybody may read, and says it plainly.
        { u"lab5"_qs,
          u"echo 'PasswordAuthentication yes' >%1"_qs.arg(dropIn),
          u"echo 'PasswordAuthentication no' >%1"_qs.arg(dropIn),
          { { u"sshd.password-login"_qs, fail, Verdict::Unknown } },
          u"rm -f %1"_qs.arg(dropIn) },
    };
}

QList<LabCheckRow> accountRows()
{
    const QString undo =
        u"rm -rf /etc/sudoers.d/zz-lab /root/.ssh/authorized_keys /home/openclaw/.ssh/authorized_keys /root/lab-key*; "
        u"[ ! -e /root/kept-accounts ] || cp -p /root/kept-accounts/* /etc/; "
        u"rm -rf /root/kept-accounts"_qs;
    const QString keep = u"mkdir /root/kept-accounts; cp -p /etc/passwd /etc/shadow /etc/group /etc/gshadow "
                         u"/root/kept-accounts; "_qs;
    return {
        { u"lab1"_qs,
          keep
              + u"echo 'openclaw ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/zz-lab; useradd -o -u 0 -g 0 -M toor; "
                u"useradd -M lab-empty; passwd -d lab-empty; mkdir -p -m 700 /root/.ssh; "
                u"ssh-keygen -q -t rsa -b 1024 -N '' -C 'ssh-rsa AAAA' -f /root/lab-key; "
                u"sed 's|^|from=\"10.0.0.0/8\",command=\"echo ssh-ed25519\" |' /root/lab-key.pub "
                u">/root/.ssh/authorized_keys"_qs,
          undo + u"; gpasswd -d openclaw docker"_qs,
          { { u"accounts.sudo-scope"_qs, fail },
            { u"accounts.root-equivalent-groups"_qs, warn },
            { u"accounts.uid-zero"_qs, fail },
            { u"accounts.empty-passwords"_qs, fail },
            { u"accounts.authorized-keys"_qs, fail } },
          undo + u"; gpasswd -a openclaw docker"_qs },
        { u"lab1"_qs,
          keep
              + u"echo 'openclaw ALL=(root) NOPASSWD: /usr/bin/lastb' >/etc/sudoers.d/zz-lab; "
                u"ssh-keygen -q -t rsa -b 2048 -N '' -C x -f /root/lab-key; "
                u"cp /root/lab-key.pub /home/openclaw/.ssh/authorized_keys"_qs,
          undo,
          { { u"accounts.sudo-scope"_qs, warn }, { u"accounts.authorized-keys"_qs, warn } } },
        // Somebody who is no administrator may do everything; and keys that hang whoever just opens them.
        { u"lab1"_qs,
          keep + u"echo 'nobody ALL=(ALL) ALL' >/etc/sudoers.d/zz-lab; mkfifo /home/openclaw/.ssh/authorized_keys"_qs,
          undo,
          { { u"accounts.sudo-scope"_qs, warn }, { u"accounts.authorized-keys"_qs, Verdict::Unknown } } },
    };
}

} // namespace Helmclaw
