# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  tasks/FixCatalogue.cpp
  tasks/FixCatalogue.h
  tasks/OutputFold.cpp
  tasks/OutputFold.h
  tasks/StepOutcome.cpp
  tasks/StepOutcome.h
  tasks/Task.cpp
  tasks/Task.h
  tasks/TaskJournal.cpp
  tasks/TaskJournal.h
  tasks/TaskJson.cpp
  tasks/TaskJson.h
  tasks/TaskPlan.cpp
  tasks/TaskPlan.h
  tasks/TaskRun.cpp
  tasks/TaskRun.h
)
