// SPDX-License-Identifier: MIT
#pragma once

#include "views/WindowModels.h"

#include <QStringList>
#include <QVariantMap>
#include <QWidget>

class QLabel;
class QLineEdit;
class QSplitter;
class QTimer;
class QToolButton;

namespace Helmclaw {

class ActionRegistry;
class DetailsPane;
class ElidedLabel;
class EmptyState;
class MatrixFilter;
class MatrixView;
class PostureModel;
class VerdictSummary;

/// The overview: servers × checks for the whole fleet, a group or one server, with the details of what is selected.
class OverviewPage : public QWidget
{
    Q_OBJECT
public:
    /// @p model is not owned.
    OverviewPage(const WindowModels &models, PostureModel *model, ActionRegistry *actions, QWidget *parent = nullptr);

    /// The servers to show; empty ids: the whole fleet.
    void setScope(const QString &groupName, const QStringList &serverIds);
    /// Selects a server (and one of its checks, or the column that is current now); widens the scope when it must.
    void selectServer(const QString &serverId, const QString &checkId = {});
    void clearSelection();
    [[nodiscard]] QString currentServer() const;
    [[nodiscard]] QString currentCheck() const;

    /// Clears search and "problems only"; false when neither was set.
    bool clearFilters();

    [[nodiscard]] MatrixView *matrix() const { return m_matrix; }
    [[nodiscard]] DetailsPane *details() const { return m_details; }
    /// Sizes of table and details, for settings.
    [[nodiscard]] QVariantMap saveSizes() const;
    void restoreSizes(const QVariantMap &sizes);
    [[nodiscard]] QLineEdit *searchField() const { return m_search; }

Q_SIGNALS:
    void currentServerChanged(const QString &serverId);
    void openWebUiRequested(const QString &serverId);
    void fixRequested(const QString &checkId, const QStringList &serverIds);
    void contextMenuRequested(const QPoint &globalPos);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    /// From this width on the details stand beside the table, else under it: the table is wide.
    static constexpr int besideFrom = 1320;
    void arrange();
    void currentChanged();
    void updateHeader();
    void updateEmptyState();

    WindowModels m_models;
    PostureModel *m_model;
    MatrixFilter *m_filter;
    QString m_scopeName;
    QLabel *m_title;
    ElidedLabel *m_subtitle;
    VerdictSummary *m_summary;
    QLineEdit *m_search;
    QToolButton *m_problemsOnly;
    QSplitter *m_splitter;
    MatrixView *m_matrix;
    EmptyState *m_noMatch;
    DetailsPane *m_details;
    QList<int> m_sizesBeside { 800, 380 };
    QList<int> m_sizesBelow { 400, 300 };
    QTimer *m_headerTimer; ///< many models change at once while a fleet is refreshed; the head counts once
};

} // namespace Helmclaw
