# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  gateway/AgentPolicy.cpp
  gateway/AgentPolicy.h
  gateway/GatewayConfig.cpp
  gateway/GatewayConfig.h
  gateway/GatewayDiscovery.cpp
  gateway/GatewayDiscovery.h
  gateway/GatewayFacts.cpp
  gateway/GatewayFacts.h
  gateway/GatewayInstance.cpp
  gateway/GatewayInstance.h
  gateway/GatewayPolicy.cpp
  gateway/GatewayPolicy.h
  gateway/GatewayProbe.cpp
  gateway/GatewayProbe.h
  gateway/GatewayScripts.cpp
  gateway/GatewayScripts.h
  gateway/GatewayState.cpp
  gateway/GatewayState.h
  gateway/Json5.cpp
  gateway/Json5.h
  gateway/LoopbackRequest.cpp
  gateway/LoopbackRequest.h
  gateway/OneTimeRedirect.cpp
  gateway/OneTimeRedirect.h
  gateway/ScriptBlocks.cpp
  gateway/ScriptBlocks.h
  gateway/WebUiSession.cpp
  gateway/WebUiSession.h
  gateway/WebUiSessions.cpp
  gateway/WebUiSessions.h
)
qt_add_resources(helmclaw_models helmclaw_gateway_scripts
  PREFIX /scripts
  BASE ${CMAKE_SOURCE_DIR}/resources/scripts
  FILES ${CMAKE_SOURCE_DIR}/resources/scripts/gateway-discover.sh
    ${CMAKE_SOURCE_DIR}/resources/scripts/gateway-state.sh
)
