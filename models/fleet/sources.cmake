# SPDX-License-Identifier: MIT
target_sources(helmclaw_models PRIVATE
  fleet/Fleet.cpp fleet/Fleet.h
  fleet/FleetFile.cpp fleet/FleetFile.h
  fleet/FleetFileWatcher.cpp fleet/FleetFileWatcher.h
  fleet/FleetModel.cpp fleet/FleetModel.h
  fleet/HostKeyDecisions.cpp fleet/HostKeyDecisions.h
  fleet/HostKeyLogModel.cpp fleet/HostKeyLogModel.h
  fleet/HostPreview.cpp fleet/HostPreview.h
  fleet/ImportModel.cpp fleet/ImportModel.h
  fleet/LoginPrompts.cpp fleet/LoginPrompts.h
  fleet/Server.cpp fleet/Server.h
  fleet/ServerSessions.cpp fleet/ServerSessions.h
  fleet/SessionLabel.cpp fleet/SessionLabel.h
  fleet/SshSettings.cpp fleet/SshSettings.h
  fleet/SshConfigImport.cpp fleet/SshConfigImport.h
  fleet/Tailnet.cpp fleet/Tailnet.h
  fleet/TailnetRoute.cpp fleet/TailnetRoute.h
  fleet/TailscaleImport.cpp fleet/TailscaleImport.h
)
