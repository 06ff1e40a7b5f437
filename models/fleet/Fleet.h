// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/Error.h"

#include <QObject>

#include <optional>

namespace Helmclaw {

/// The inventory: the servers of one fleet file, in file order. Changes are written at once and atomically
/// (QSaveFile, 0600 in a 0700 folder); a write that fails leaves memory and file as they were. So does a change when
/// another process has changed the file since it was loaded: the error says to load() it again.
/// File: JSON, {"helmclawFleet": 1, "servers": [{…}]}; unknown keys are kept; a newer schema number is refused.
/// Thread: the GUI thread.
class Fleet : public QObject
{
    Q_OBJECT
public:
    explicit Fleet(QObject *parent = nullptr);

    /// Replaces the content by that of @p file; a missing file is an empty fleet that will be created on first change.
    /// On error nothing changes, and the file is never overwritten later by an empty fleet: changes are refused. Every
    /// entry counts: one that cannot be used (serverProblem(), a name or id that is there twice) is an error.
    [[nodiscard]] Result<void> load(const QString &file);
    [[nodiscard]] QString file() const { return m_file; }
    /// True when the file is not the one that was read or written last: another process has changed it.
    [[nodiscard]] bool isStale() const;

    [[nodiscard]] const QList<Server> &servers() const { return m_servers; }
    [[nodiscard]] std::optional<Server> byId(const QString &id) const;
    /// Exact name first, then a unique case-insensitive one.
    [[nodiscard]] std::optional<Server> byName(const QString &name) const;
    [[nodiscard]] QStringList tags() const; ///< sorted, without duplicates

    /// Adds @p server (an empty id gets a new one) and returns its id.
    [[nodiscard]] Result<QString> add(Server server);
    /// As add(), for all of them in one write: all are added, or none.
    [[nodiscard]] Result<QStringList> addAll(QList<Server> servers);
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
    [[nodiscard]] Result<void> save(const QList<Server> &servers);
    [[nodiscard]] qsizetype indexOf(const QString &id) const; ///< -1: not there
    [[nodiscard]] static Result<void> validate(const QList<Server> &changed, const QList<Server> &all);

    QString m_file;
    bool m_loaded = false;
    QByteArray m_fingerprint; ///< of the file as we know it; empty: there is none
    QJsonObject m_unknownKeys;
    QList<Server> m_servers;
};

} // namespace Helmclaw
