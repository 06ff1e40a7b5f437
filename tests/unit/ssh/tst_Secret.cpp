// SPDX-License-Identifier: MIT
#include "ssh/Secret.h"

#include <openssl/crypto.h>

#include <QTest>

#include <type_traits>

#include <sys/prctl.h>
#include <sys/resource.h>

using namespace Helmclaw;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);

class tst_Secret : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { Secret::initialiseProcess(); }
    void processLeavesNoCore();
    void keepsBytesOnTheSecureHeap();
    void isWipedWhenDestroyed();
    void moves();
    void takeFromWipesEvenSharedBytes();
    void comparesByContent();
    void worksBeyondTheSecureHeap();
    void wipeCoversTheWholeAllocation();
    void wipeLeavesForeignMemoryAlone();
};

void tst_Secret::processLeavesNoCore()
{
#ifdef HELMCLAW_DEBUG
    QSKIP("debug builds keep core dumps on purpose");
#else
    rlimit limit {};
    QCOMPARE(getrlimit(RLIMIT_CORE, &limit), 0);
    QCOMPARE(limit.rlim_cur, rlim_t(0));
    QCOMPARE(limit.rlim_max, rlim_t(0));
    QCOMPARE(prctl(PR_GET_DUMPABLE), 0);
#endif
}

void tst_Secret::keepsBytesOnTheSecureHeap()
{
    const Secret secret(QByteArrayView("hunter2\0x", 9));
    QCOMPARE(secret.size(), 9);
    QVERIFY(secret.view() == QByteArrayView("hunter2\0x", 9));
    QVERIFY(CRYPTO_secure_malloc_initialized());
    QCOMPARE(CRYPTO_secure_allocated(secret.view().data()), 1);
    QCOMPARE(secret.copyOutOfSecureMemory(), QByteArray("hunter2\0x", 9));
    QVERIFY(Secret().isEmpty());
    QVERIFY(Secret(QByteArrayView()).isEmpty());
    QVERIFY(Secret().copyOutOfSecureMemory().isEmpty());
}

void tst_Secret::isWipedWhenDestroyed()
{
    // OpenSSL's arena stays mapped after a block of it is freed, so it can be looked at.
    const char *volatile place = nullptr;
    {
        const Secret secret(QByteArray(64, 'S'));
        place = secret.view().data();
        QCOMPARE(place[63], 'S');
    }
    for (int i = 16; i < 64; ++i) // the first bytes hold the arena's own list
        QCOMPARE(place[i], '\0');
}

void tst_Secret::moves()
{
    Secret first(QByteArrayView("one"));
    const char *data = first.view().data();
    Secret second(std::move(first));
    QCOMPARE(second.view().data(), data);
    QVERIFY(first.isEmpty()); // NOLINT(bugprone-use-after-move): a moved-from secret is empty
    first = Secret(QByteArrayView("two"));
    second = std::move(first);
    QVERIFY(second.view() == QByteArrayView("two"));
    Secret &alias = second;
    second = std::move(alias);
    QVERIFY(second.view() == QByteArrayView("two"));
}

void tst_Secret::takeFromWipesEvenSharedBytes()
{
    QByteArray source(20, 'k');
    const QByteArray shared = source;
    const Secret secret = Secret::takeFrom(source);
    QVERIFY(source.isEmpty());
    QVERIFY(secret.view() == QByteArray(20, 'k'));
    QCOMPARE(shared, QByteArray(20, '\0'));
}

void tst_Secret::comparesByContent()
{
    const Secret a(QByteArrayView("same"));
    QVERIFY(a.equals(Secret(QByteArrayView("same"))));
    QVERIFY(!a.equals(Secret(QByteArrayView("sane"))));
    QVERIFY(!a.equals(Secret(QByteArrayView("same but longer"))));
    QVERIFY(!a.equals(Secret()));
    QVERIFY(Secret().equals(Secret()));
}

void tst_Secret::worksBeyondTheSecureHeap()
{
    const QByteArray large(1024 * 1024, 'L');
    const Secret secret(large);
    QVERIFY(secret.view() == large);
    QVERIFY(Secret(QByteArrayView("still works")).size() == 11);
}

void tst_Secret::wipeCoversTheWholeAllocation()
{
    QByteArray bytes("secret in front, secret behind");
    const QByteArray shared = bytes;
    const char *begin = shared.constData();
    QByteArray other = bytes;
    wipe(bytes);
    QVERIFY(bytes.isEmpty());
    QCOMPARE(QByteArray(begin, shared.size()), QByteArray(shared.size(), '\0'));
    QByteArray empty;
    wipe(empty);
    QVERIFY(empty.isEmpty());

    QByteArray shortened("0123456789abcdefghijklmnopqrstuvwxyz");
    shortened.reserve(100);
    shortened.truncate(3); // the rest still lies in the buffer
    const QByteArray view = shortened;
    wipe(shortened);
    for (int i = 0; i < 36; ++i)
        QVERIFY(view.constData()[i] == '\0');
}

void tst_Secret::wipeLeavesForeignMemoryAlone()
{
    QByteArray literal = QByteArrayLiteral("read-only memory");
    wipe(literal);
    QVERIFY(literal.isEmpty());
    char own[] = "not ours";
    QByteArray raw = QByteArray::fromRawData(own, 8);
    wipe(raw);
    QCOMPARE(QByteArray(own), QByteArray("not ours"));
}

QTEST_APPLESS_MAIN(tst_Secret)
#include "tst_Secret.moc"
