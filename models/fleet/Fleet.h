// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/Error.h"

#include <QObject>

#include <optional>

namespace Helmclaw {

/// The inventory: the servers of one fleet file, in file order. Changes are written at once and atomically
/// (QSaveFile); a write that fails leaves memory and file as they were.
/// File: JSON, {"helmclawFleet": 1, "servers": [{…}]}; unknown keys are kept; a newer schema number is refused.
/// Thread: the GUI thread.
class Fleet : public QObject
{
    Q_OBJECT
public:
    explicit Fleet(QObject *parent = nullptr);

    /// Replaces the content by that of @p file; a missing file is an empty fleet that will be created on first change.
    /// On error nothing changes, and the file is never overwritten later by an empty fleet: changes are refused.
    [[nodiscard]] Result<void> load(const QString &file);
    [[nodiscard]] QString file() const { return m_file; }

    [[nodiscard]] const QList<Server> &servers() const { return m_servers; }
    [[nodiscard]] std::optional<Server> byId(const QString &id) const;
    /// Exact name first, then a unique case-insensitive one.
    [[nodiscard]] std::optional<Server> byName(const QString &name) const;
    [[nodiscard]] QStringList tags() const; ///< sorted, without duplicates

    /// Adds @p server (an empty id gets a new one) and returns its id.
    [[nodiscard]] Result<QString> add(Server server);
    [[nodiscard]] Result<void> update(const Server &server);
    [[nodiscard]] Result<void> remove(const QString &id);

    /// The stable local port of server @p id: the stored one, else a new one (20000…29999, not used by another entry),
    /// stored at once.
    [[nodiscard]] Result<quint16> localPortFor(const QString &id);

    /// $XDG_CONFIG_HOME/helmclaw/fleet.json
    [[nodiscard]] static QString defaultFile();

Q_SIGNALS:
    void aboutToAdd(int index);
    void added(int index);
    void aboutToRemove(int index);
    void removed(int index, const QString &id);
    void updated(int index);
    void aboutToReset();
    void reset();

private:
    [[nodiscard]] Result<void> save(const QList<Server> &servers) const;
    [[nodiscard]] Result<void> validate(const Server &server) const;

    QString m_file;
    bool m_loaded = false;
    QJsonObject m_unknownKeys;
    QList<Server> m_servers;
};

} // namespace Helmclaw
