// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

#include <sys/resource.h>
#include <unistd.h>

namespace Helmclaw::Test {

/// While it lives, this process can open no further descriptor (EMFILE).
class DescriptorShortage
{
public:
    DescriptorShortage()
    {
        ::getrlimit(RLIMIT_NOFILE, &m_before);
        rlimit few = m_before;
        few.rlim_cur = 512; // not fewer: poll(2) refuses to watch more than this
        ::setrlimit(RLIMIT_NOFILE, &few);
        for (int fd = ::dup(0); fd >= 0; fd = ::dup(0))
            m_taken.push_back(fd);
    }
    ~DescriptorShortage()
    {
        for (const int fd : m_taken)
            ::close(fd);
        ::setrlimit(RLIMIT_NOFILE, &m_before);
    }
    DescriptorShortage(const DescriptorShortage &) = delete;
    DescriptorShortage &operator=(const DescriptorShortage &) = delete;

private:
    rlimit m_before {};
    std::vector<int> m_taken;
};

} // namespace Helmclaw::Test
