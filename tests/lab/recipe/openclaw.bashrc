# BEGIN ANSIBLE MANAGED BLOCK - OpenClaw config
export PNPM_HOME="/home/openclaw/.local/share/pnpm"
export PATH="/home/openclaw/.local/bin:$PNPM_HOME:$PATH"
# END ANSIBLE MANAGED BLOCK - OpenClaw config
export XDG_RUNTIME_DIR=/run/user/$(id -u)
