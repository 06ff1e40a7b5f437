# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  gateway/WebUiSessions.h
)
