// SPDX-License-Identifier: MIT
#include "models/tasks/OutputFold.h"

#include <algorithm>

namespace Helmclaw {

QList<OutputFold> foldOutputs(const TaskRun &run)
{
    QList<OutputFold> folds;
    for (int i = 0; i < run.servers.size(); ++i) {
        const ServerRun &server = run.servers.at(i);
        OutputFold its;
        its.state = server.state;
        its.problem = server.problem;
        for (int number = 0; number < server.steps.size(); ++number) {
            const StepRun &step = server.steps.at(number);
            if (step.state == TaskState::Waiting || step.state == TaskState::Skipped)
                continue;
            its.step = number;
            its.stepTitle = run.plan.servers.at(i).steps.at(number).title;
            its.exitStatus = step.exitStatus;
            its.output = step.output;
            its.errors = step.errors;
        }
        const auto same = std::find_if(folds.begin(), folds.end(), [&its](const OutputFold &fold) {
            return fold.state == its.state && fold.step == its.step && fold.exitStatus == its.exitStatus
                && fold.output == its.output && fold.errors == its.errors && fold.problem == its.problem;
        });
        if (same == folds.end()) {
            its.servers = { run.plan.servers.at(i).serverName };
            folds += its;
        } else {
            same->servers += run.plan.servers.at(i).serverName;
        }
    }
    return folds;
}

} // namespace Helmclaw
