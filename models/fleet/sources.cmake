# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  fleet/Fleet.h
  fleet/FleetModel.h
  fleet/Server.h
  fleet/ServerSessions.h
  fleet/SshConfigImport.h
)
