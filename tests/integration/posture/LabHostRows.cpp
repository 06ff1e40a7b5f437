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

} // namespace Helmclaw
