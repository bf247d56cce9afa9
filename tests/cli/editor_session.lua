-- SPDX-License-Identifier: Apache-2.0
-- A session of Neovim's own language client with `plimsoll lsp`, step by step; test_lsp_editor.py
-- runs it and judges what it writes to $RESULT. Needs Neovim 0.7 or later.
local folder = vim.env.FOLDER
local result = { messages = {} }

local function wait(what, is_there)
	if not vim.wait(30000, is_there, 20) then
		error('in vain: ' .. what)
	end
end

local function found(buffer)
	local all = {}
	for _, d in ipairs(vim.diagnostic.get(buffer)) do
		local lsp = d.user_data.lsp
		table.insert(all, {
			code = lsp.code, line = d.lnum, column = d.col, end_column = d.end_col,
			severity = d.severity, message = d.message, source = d.source,
			href = lsp.codeDescription and lsp.codeDescription.href,
			tags = lsp.tags, related = lsp.relatedInformation,
		})
	end
	table.sort(all, function(a, b)
		return a.line * 1000 + a.column < b.line * 1000 + b.column
	end)
	return all
end

local function has(buffer, code)
	for _, d in ipairs(found(buffer)) do
		if d.code == code then
			return true
		end
	end
	return false
end

-- Editing through the same functions that keys go through: the client sends what has changed.
local function open(name, filetype)
	vim.cmd('edit ' .. vim.fn.fnameescape(folder .. '/' .. name))
	local buffer = vim.api.nvim_get_current_buf()
	vim.bo[buffer].filetype = filetype
	return buffer
end

local function text(buffer)
	return table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, true), '\n') .. '\n'
end

local function request(buffer, method, params)
	local answers = vim.lsp.buf_request_sync(buffer, method, params, 30000)
	for _, answer in pairs(answers or {}) do
		if answer.error then
			error(method .. ': ' .. answer.error.message)
		end
		return answer.result
	end
	error(method .. ': no answer')
end

local function actions(buffer, line, column, only)
	local at = { line = line, character = column }
	return request(buffer, 'textDocument/codeAction', {
		textDocument = vim.lsp.util.make_text_document_params(buffer),
		range = { start = at, ['end'] = at },
		context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics(buffer, line), only = only },
	})
end

local function apply(list, title)
	for _, action in ipairs(list) do
		if vim.startswith(action.title, title) then
			vim.lsp.util.apply_workspace_edit(action.edit, 'utf-16')
			return
		end
	end
	error('no action ' .. title)
end

local function titles(list)
	return vim.tbl_map(function(a) return a.title end, list)
end

local function session()
	local client
	local id = vim.lsp.start_client({
		name = 'plimsoll',
		cmd = { vim.env.PLIMSOLL, 'lsp' },
		root_dir = folder,
		workspace_folders = { { uri = vim.uri_from_fname(folder), name = 'work' } },
		flags = { debounce_text_changes = 20 },
		handlers = {
			['window/showMessage'] = function(_, m) table.insert(result.messages, m.message) end,
			['window/logMessage'] = function(_, m) table.insert(result.messages, m.message) end,
		},
		on_exit = function(status, signal) result.exit = { status, signal } end,
	})
	client = vim.lsp.get_client_by_id(id)

	-- What is there when a file is opened.
	local docker = open('Dockerfile', 'dockerfile')
	vim.lsp.buf_attach_client(docker, id)
	wait('diagnostics', function() return #found(docker) > 0 end)
	result.opened = found(docker)
	result.capabilities = client.server_capabilities

	-- Wide characters in front: Neovim counts bytes, the protocol half words.
	vim.api.nvim_buf_set_text(docker, 2, 4, 2, 4, { 'echo "é😀" && ' })
	wait('the change', function()
		for _, d in ipairs(found(docker)) do
			if d.code == 'apt-no-yes' then
				result.shifted = { d.column, d.end_column }
				return d.column ~= 22
			end
		end
	end)

	-- A fix.
	local list = actions(docker, 2, 40)
	result.offered = titles(list)
	apply(list, 'Add -y')
	result.fixed = text(docker)
	wait('the fix', function() return not has(docker, 'apt-no-yes') end)

	-- A comment that switches a rule off.
	apply(actions(docker, 2, 40), 'Ignore apt-recommends here')
	result.ignored = text(docker)
	wait('the comment', function() return not has(docker, 'apt-recommends') end)

	-- Undo brings both back.
	vim.cmd('undo')
	wait('undo', function() return has(docker, 'apt-recommends') end)

	-- What is said over a place.
	result.hover = request(docker, 'textDocument/hover', {
		textDocument = vim.lsp.util.make_text_document_params(docker),
		position = { line = 1, character = 3 },
	}).contents

	-- All fixes at once, then save.
	apply(actions(docker, 0, 0, { 'source.fixAll' }), 'Fix all')
	result.all_fixed = text(docker)
	wait('all fixes', function() return not has(docker, 'maintainer-deprecated') end)
	vim.cmd('silent write')

	-- Settings change on disk; the next change shows it.
	vim.fn.writefile({ 'rules: {shell-lint: off, user-missing: off}' }, folder .. '/.plimsoll.yaml')
	vim.api.nvim_buf_set_lines(docker, 0, 0, true, { '# a comment' })
	wait('the settings', function() return not has(docker, 'user-missing') end)

	-- Another language in the same session.
	local compose = open('compose.yaml', 'yaml')
	vim.lsp.buf_attach_client(compose, id)
	wait('diagnostics of Compose', function() return has(compose, 'compose-privileged') end)
	result.compose = found(compose)

	-- Closed: nothing is left of it.
	vim.cmd('bdelete! ' .. compose)

	client.stop()
	wait('the end', function() return result.exit ~= nil end)
end

local ok, why = pcall(session)
if not ok then
	result.error = why
end
local file = io.open(vim.env.RESULT, 'w')
file:write(vim.json.encode(result))
file:close()
vim.cmd('qall!')
