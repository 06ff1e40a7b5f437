# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  posture/Check.h
  posture/CheckCatalogue.h
  posture/PostureModel.h
  posture/PostureRefresher.h
  posture/PostureStore.h
)
