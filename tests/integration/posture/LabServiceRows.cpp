// SPDX-License-Identifier: MIT
#include "LabCheckRows.h"

namespace Helmclaw {

namespace {

/// Runs the rest of the line as `openclaw`, with its own systemd.
const QString asUser = QStringLiteral("u=$(id -u openclaw); ctl() { setpriv --reuid=$u --regid=$(id -g openclaw) "
                                      "--clear-groups env XDG_RUNTIME_DIR=/run/user/$u systemctl --user \"$@\"; }; "
                                      "d=/home/openclaw/.config/systemd/user; ");
/// The drop-in that the remedies name, word for word.
QString dropIn(const QString &home)
{
    return QStringLiteral("printf '%s\\n' '[Service]' NoNewPrivileges=yes PrivateTmp=yes ProtectSystem=strict "
                          "ProtectHome=read-only 'ReadWritePaths=%1/.openclaw -%1/.local -%1/.cache' ")
        .arg(home);
}

QList<LabExpectation> all(Verdict exposure)
{
    return { { QStringLiteral("service.no-new-privileges"), Verdict::Fail },
             { QStringLiteral("service.private-tmp"), Verdict::Fail },
             { QStringLiteral("service.protect-system"), Verdict::Fail },
             { QStringLiteral("service.protect-home"), Verdict::Fail },
             { QStringLiteral("service.exposure"), exposure } };
}

} // namespace

/// On servers that have no gateway: a unit of its name stands in, for what systemd makes of the directives does not
/// depend on the program.
QList<LabCheckRow> serviceRows()
{
    const QString makeUser = asUser
        + u"mkdir -p $d/openclaw-gateway.service.d; printf '%s\\n' '[Service]' 'ExecStart=/bin/sleep infinity' "
          u">$d/openclaw-gateway.service; chown -R openclaw: /home/openclaw/.config; ctl daemon-reload; "
          u"ctl start openclaw-gateway; "_qs;
    const QString hardenUser = asUser + dropIn(u"%h"_qs)
        + u"PrivateUsers=yes >$d/openclaw-gateway.service.d/helmclaw.conf; ctl daemon-reload; "_qs;
    const QString undoUser = asUser
        + u"ctl stop openclaw-gateway || :; rm -rf /home/openclaw/.config; ctl daemon-reload; ctl reset-failed"_qs;
    const QString makeSystem = u"printf '%s\\n' '[Service]' 'ExecStart=/bin/sleep infinity' User=openclaw "
                               u">/etc/systemd/system/openclaw.service; "
                               u"systemctl daemon-reload; systemctl start openclaw"_qs;
    const QString hardenSystem = u"mkdir -p /etc/systemd/system/openclaw.service.d; "_qs + dropIn(u"/home/openclaw"_qs)
        + u">/etc/systemd/system/openclaw.service.d/override.conf; systemctl daemon-reload; systemctl restart openclaw"_qs;
    return {
        { u"lab3"_qs, makeUser, hardenUser + u"ctl restart openclaw-gateway"_qs, all(Verdict::Warn), undoUser },
        // Configured, and nobody restarted it: what is configured is not what runs.
        { u"lab3"_qs,
          makeUser + hardenUser,
          asUser + u"ctl restart openclaw-gateway"_qs,
          { { u"service.private-tmp"_qs, Verdict::Fail },
            { u"service.protect-system"_qs, Verdict::Fail },
            { u"service.protect-home"_qs, Verdict::Fail },
            { u"service.no-new-privileges"_qs, Verdict::Fail } },
          undoUser },
        { u"lab4"_qs, makeSystem, hardenSystem, all(Verdict::Warn),
          u"systemctl stop openclaw || :; rm -rf /etc/systemd/system/openclaw.service "
          u"/etc/systemd/system/openclaw.service.d; systemctl daemon-reload"_qs },
    };
}

} // namespace Helmclaw
