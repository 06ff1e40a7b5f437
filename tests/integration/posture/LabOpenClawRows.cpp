// SPDX-License-Identifier: MIT
#include "LabCheckRows.h"

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

QList<LabCheckRow> openClawRows()
{
    const QString lab1 = u"lab1"_s;
    constexpr Verdict none = Verdict::NotApplicable;
    constexpr Verdict warn = Verdict::Warn;
    constexpr Verdict fail = Verdict::Fail;
    const QString folder = u"/home/openclaw/.openclaw"_s;
    const QString unit = u"/home/openclaw/.config/systemd/user/openclaw-gateway.service"_s;

    // The service user's own systemd; when its gateway takes connections; a change of its configuration.
    const QString tools = u"as() { XDG_RUNTIME_DIR=/run/user/$(id -u openclaw) setpriv --reuid=openclaw "
                          u"--regid=openclaw --clear-groups \"$@\"; }\n"
                          "sc() { as systemctl --user \"$@\"; }\n"
                          "ready() { for i in $(seq 600); do curl -sf -m 5 http://127.0.0.1:18789/readyz >/run/ready "
                          "&& return; sleep 0.5; done; "
                          "return 1; }\n"
                          "f=/home/openclaw/.openclaw/openclaw.json\n"
                          "config() { [ -e /run/openclaw.json ] || cp -p $f /run/openclaw.json; sed \"$1\" "
                          "/run/openclaw.json >/run/new.json; "
                          "cat /run/new.json >$f; rm -f /run/new.json; }\n"_s;
    return {
        // While it is down it takes no notice of its configuration.
        { lab1,
          tools
              + u"sc stop openclaw-gateway\n"
                "config 's/\"mode\": \"token\"/\"mode\": \"none\"/; s/\"auth\": {/\"controlUi\": { \"allowedOrigins\": "
                "[\"*\"] }, "
                "\"auth\": { \"rateLimit\": { \"exemptLoopback\": false },/; s/\"gateway\": {/\"tools\": { \"exec\": { "
                "\"security\": "
                "\"full\" } }, \"channels\": { \"telegram\": { \"dmPolicy\": \"open\", \"allowFrom\": [\"*\"] } }, &/'"_s,
          tools
              + u"config 's/\"auth\": {/\"auth\": { \"rateLimit\": { \"maxAttempts\": 10 },/; s/\"gateway\": "
                u"{/\"tools\": { \"exec\": { "
                "\"security\": \"allowlist\", \"ask\": \"on-miss\" } }, &/'\nsc start openclaw-gateway; ready"_s,
          { { u"openclaw.running"_s, fail },
            { u"openclaw.health"_s, none },
            { u"openclaw.bind"_s, none },
            { u"openclaw.auth"_s, fail },
            { u"openclaw.rate-limit"_s, warn },
            { u"openclaw.origins"_s, fail },
            { u"openclaw.exec-approvals"_s, warn },
            { u"openclaw.channels"_s, fail, none } },
          tools + u"config ''; rm -f /run/openclaw.json; sc start openclaw-gateway; ready"_s },
        { lab1,
          tools + u"sc disable openclaw-gateway"_s,
          tools + u"sc enable openclaw-gateway"_s,
          { { u"openclaw.running"_s, warn } } },
        { lab1,
          u"mv /var/lib/systemd/linger/openclaw /run/linger-openclaw"_s,
          u"[ ! -e /run/linger-openclaw ] || mv /run/linger-openclaw /var/lib/systemd/linger/openclaw"_s,
          { { u"openclaw.running"_s, warn } } },
        // It hangs: the process is there, and says nothing.
        { lab1,
          u"pkill -STOP -u openclaw -f 'openclaw/dist/index.js|^openclaw'"_s,
          tools + u"pkill -CONT -u openclaw -f 'openclaw/dist/index.js|^openclaw'; ready"_s,
          { { u"openclaw.health"_s, fail } } },
        // Somebody else of the service user on the gateway's port, at the server's own address.
        { lab1,
          tools
              + u"a=$(hostname -I | cut -d' ' -f1)\n"
                "as setsid python3 -c 'import socket,sys,time; s=socket.socket(); s.bind((sys.argv[1],18789)); "
                "s.listen(); "
                "time.sleep(900)' $a lab-listener </dev/null >/dev/null 2>&1 &\n"
                "for i in $(seq 100); do ss -Hltn src $a:18789 | grep -q . && exit; sleep 0.2; done; exit 1"_s,
          u"pkill -f lab-listene[r] || [ $? = 1 ]"_s,
          { { u"openclaw.bind"_s, fail } } },
        { lab1,
          {},
          u"chmod 700 %1"_s.arg(folder),
          { { u"openclaw.state-dir"_s, warn } },
          u"chmod 755 %1"_s.arg(folder) },
        { lab1,
          u"install -o openclaw -g openclaw -m 644 /dev/null %1/openclaw.json.bak.9"_s.arg(folder),
          u"rm -f %1/openclaw.json.bak.9; chmod 700 %1"_s.arg(folder),
          { { u"openclaw.state-dir"_s, fail } },
          u"rm -f %1/openclaw.json.bak.9; chmod 755 %1"_s.arg(folder) },
        { lab1,
          u"sed -i 's/^ExecStart=.*/& --token 0123456789/' %1"_s.arg(unit),
          u"sed -i 's/ --token 0123456789$//' %1"_s.arg(unit),
          { { u"openclaw.auth"_s, fail } } },
    };
}

} // namespace Helmclaw
