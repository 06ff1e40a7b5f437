# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  keychain/Keychain.cpp keychain/Keychain.h
)
