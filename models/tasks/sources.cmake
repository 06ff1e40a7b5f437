# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  tasks/FixCatalogue.cpp
  tasks/FixCatalogue.h
  tasks/OutputFold.cpp
  tasks/OutputFold.h
  tasks/PlanFold.cpp
  tasks/PlanFold.h
  tasks/StepOutcome.cpp
  tasks/StepOutcome.h
  tasks/Task.cpp
  tasks/Task.h
  tasks/TaskFilter.cpp
  tasks/TaskFilter.h
  tasks/TaskJournal.cpp
  tasks/TaskJournal.h
  tasks/TaskJson.cpp
  tasks/TaskJson.h
  tasks/TaskManager.cpp
  tasks/TaskManager.h
  tasks/TaskModel.cpp
  tasks/TaskModel.h
  tasks/TaskPlan.cpp
  tasks/TaskPlan.h
  tasks/TaskRun.cpp
  tasks/TaskRun.h
)
