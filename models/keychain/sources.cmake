# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  keychain/KeptPassphrases.cpp keychain/KeptPassphrases.h keychain/Keychain.cpp keychain/Keychain.h
)
