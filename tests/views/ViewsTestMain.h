// SPDX-License-Identifier: MIT
#pragma once

#include "WindowFixture.h"

#include <QApplication>
#include <QTest>

/// QTEST_MAIN for tests with windows: settings and home of their own before the application exists.
#define HELMCLAW_VIEWS_TEST_MAIN(TestClass)                                                                            \
    int main(int argc, char *argv[])                                                                                   \
    {                                                                                                                  \
        Helmclaw::Test::WindowFixture::isolate();                                                                      \
        QApplication app(argc, argv);                                                                                  \
        TestClass test;                                                                                                \
        return QTest::qExec(&test, argc, argv);                                                                        \
    }
