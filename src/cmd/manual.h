/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Man pages and shell completions, made from the descriptors of the commands (command.h), so that
 * they cannot disagree with what the program understands.
 *
 *     manual_man(&sb, NULL)            plimsoll(1)
 *     manual_man(&sb, cmd)             plimsoll-<name>(1)
 *     manual_bash(&sb), _zsh, _fish    the completion script of the shell
 *
 * Hidden commands are left out. Errors: those of the buffer.
 */
#pragma once

#include "base/strbuf.h"
#include "cmd/command.h"

void manual_man(struct strbuf *out, const struct command *cmd);
void manual_bash(struct strbuf *out);
void manual_zsh(struct strbuf *out);
void manual_fish(struct strbuf *out);
