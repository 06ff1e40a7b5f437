// SPDX-License-Identifier: MIT
#include "models/fleet/SshConfigImport.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/SshSettings.h"
#include "ssh/SshConfig.h"

#include <QTimer>

#include <algorithm>

namespace Helmclaw {

SshConfigImport::SshConfigImport(Fleet *fleet, QObject *parent)
    : ImportModel(fleet, parent)
{
}

SshConfigImport::~SshConfigImport() = default;

Result<void> SshConfigImport::start(const QString &configFile)
{
    const auto aliases = SshConfig::hostAliases(configFile.isEmpty() ? SshConfig::defaultFile() : configFile);
    if (!aliases)
        return tl::unexpected(aliases.error());
    m_running.clear();
    m_next = 0;
    m_configFile = configFile;
    m_configs.assign(std::size_t(aliases->size()), std::nullopt);
    std::vector<Row> rows;
    for (const QString &alias : *aliases) {
        Row row;
        row.server.name = alias;
        row.server.host = alias;
        row.remark = tr("Reading its settings …");
        rows.push_back(row);
    }
    reset(std::move(rows));
    m_finishedPending = true;
    startNext();
    return {};
}

void SshConfigImport::startNext()
{
    while (m_running.size() < MaxSshQueries && m_next < rowCount()) {
        const int number = m_next++;
        m_running.push_back(std::make_unique<SshConfigQuery>(row(number).server.host, m_configFile));
        SshConfigQuery *query = m_running.back().get();
        connect(query, &SshConfigQuery::finished, this, [this, number, query] { resolved(number, query); });
        query->start();
    }
    if (m_finishedPending && !isResolving()) {
        m_finishedPending = false;
        QTimer::singleShot(0, this, &SshConfigImport::finished);
    }
}

void SshConfigImport::resolved(int number, SshConfigQuery *query)
{
    const auto mine =
        std::find_if(m_running.begin(), m_running.end(),
                     [query](const std::unique_ptr<SshConfigQuery> &other) { return other.get() == query; });
    mine->release()->deleteLater(); // it is the sender
    m_running.erase(mine);
    m_configs[std::size_t(number)] = query->result();
    refresh(number, true);
    startNext();
}

bool SshConfigImport::isResolving() const
{
    return !m_running.empty() || m_next < rowCount();
}

void SshConfigImport::classify(int number, Row &row) const
{
    const auto &config = m_configs[std::size_t(number)];
    if (!config)
        return;
    const auto set = [&row](Row::State state, const QString &remark) {
        row.state = state;
        row.remark = remark;
    };
    if (*config) {
        QString text = (*config)->target().toString();
        if (!(*config)->proxyJump.isEmpty())
            text = tr("%1 through %2").arg(text, (*config)->proxyJump.join(QStringLiteral(", ")));
        row.target = printable(text.toUtf8(), 300);
    }
    const QString &alias = row.server.host;
    for (const Server &present : fleet()->servers()) {
        if (present.host == alias)
            return set(Row::State::InFleet, tr("Already in the fleet as \"%1\"").arg(present.name));
    }
    if (const auto namesake = fleet()->byName(alias); namesake && namesake->name == alias)
        return set(Row::State::Unusable, tr("Another server of the fleet has this name"));
    if (const QString problem = serverProblem(row.server); !problem.isEmpty())
        return set(Row::State::Unusable, problem);
    if (!*config)
        return set(Row::State::Unusable, config->error().toString());
    if (const auto obstacle = sshObstacle(alias, (*config)->remarks))
        return set(Row::State::Unusable, obstacle->toString());
    const QStringList unused = (*config)->remarked(SshConfigRemark::Weight::NotHonoured);
    set(Row::State::New,
        unused.isEmpty() ? tr("New") : tr("New; not followed by Helmclaw: %1").arg(unused.join(QStringLiteral(", "))));
}

} // namespace Helmclaw
