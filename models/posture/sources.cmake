# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  posture/AptArchive.cpp
  posture/AptArchive.h
  posture/Check.cpp
  posture/Check.h
  posture/CheckCatalogue.cpp
  posture/CheckCatalogue.h
  posture/CheckDraft.cpp
  posture/CheckDraft.h
  posture/Fail2banChecks.cpp
  posture/Fail2banChecks.h
  posture/Fail2banFacts.cpp
  posture/Fail2banFacts.h
  posture/FirewallChecks.cpp
  posture/FirewallChecks.h
  posture/FirewallFacts.cpp
  posture/FirewallFacts.h
  posture/HostCatalogue.cpp
  posture/HostCatalogue.h
  posture/Judge.cpp
  posture/Judge.h
  posture/PostureJson.cpp
  posture/PostureJson.h
  posture/PostureModel.cpp
  posture/PostureModel.h
  posture/PostureRefresher.cpp
  posture/PostureRefresher.h
  posture/PostureStore.cpp
  posture/PostureStore.h
  posture/ProbeReport.cpp
  posture/ProbeReport.h
  posture/ProbeScript.cpp
  posture/ProbeScript.h
  posture/ServerFacts.cpp
  posture/ServerFacts.h
  posture/SshdAlgorithms.cpp
  posture/SshdAlgorithms.h
  posture/SshdChecks.cpp
  posture/SshdChecks.h
  posture/SshdFacts.cpp
  posture/SshdFacts.h
  posture/UpdateChecks.cpp
  posture/UpdateChecks.h
  posture/UpdateFacts.cpp
  posture/UpdateFacts.h
)
qt_add_resources(helmclaw_models helmclaw_scripts
  PREFIX /scripts
  BASE ${CMAKE_SOURCE_DIR}/resources/scripts
  FILES
    ${CMAKE_SOURCE_DIR}/resources/scripts/probe-host.sh
    ${CMAKE_SOURCE_DIR}/resources/scripts/probe.sh
)
