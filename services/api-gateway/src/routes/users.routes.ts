import {
  type Account,
  account,
  accountListQuery,
  accountPage,
  changeAccountRequest,
  createAccountRequest,
  idParams,
  noBody,
  noQuery,
  resetPasswordRequest,
} from '@voiceassist/api-contract'
import { Type } from 'typebox'
import { userActorOf } from '../plugins/request-actor.js'
import type { AccountsService } from '../services/accounts/auth-accounts.service.js'
import type { User } from '../services/accounts/user.js'
import { userView } from './auth.routes.js'
import type { RoutePlugin } from './route-plugin.js'

const tags = ['users']
const config = { access: 'admin' } as const
const onOne = { tags, params: idParams, querystring: noQuery }

export const userRoutes: RoutePlugin<{ readonly accounts: AccountsService }> = async (app, { accounts }) => {
  app.get(
    '/users',
    {
      config,
      schema: {
        tags,
        summary: 'Accounts, by e-mail',
        querystring: accountListQuery,
        response: { 200: accountPage },
      },
    },
    async request => {
      const { items, nextCursor } = await accounts.listUsers(request.query)
      return { items: items.map(accountView), nextCursor }
    },
  )

  app.post(
    '/users',
    {
      config,
      schema: {
        tags,
        summary: 'Make an account',
        querystring: noQuery,
        body: createAccountRequest,
        response: { 201: account },
      },
    },
    async (request, reply) => {
      const made = await accounts.createUser(userActorOf(request), request.body)
      return reply.status(201).header('location', `/api/admin/users/${made.id}`).send(accountView(made))
    },
  )

  app.get(
    '/users/:id',
    { config, schema: { ...onOne, summary: 'An account', response: { 200: account } } },
    async request => accountView(await accounts.readUser(request.params.id)),
  )

  app.patch(
    '/users/:id',
    {
      config,
      schema: {
        ...onOne,
        summary: 'Change an account’s name, role or state',
        description: 'Another role, and disabling, end its logins.',
        body: changeAccountRequest,
        response: { 200: account },
      },
    },
    async request =>
      accountView(await accounts.updateUser(userActorOf(request), request.params.id, request.body)),
  )

  app.delete(
    '/users/:id',
    {
      config,
      schema: {
        ...onOne,
        summary: 'Delete an account with its sessions and messages',
        description: 'Its audit rows stay; a pseudonym stands for it from then on.',
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await accounts.deleteUser(userActorOf(request), request.params.id)
      return reply.status(204).send(null)
    },
  )

  app.post(
    '/users/:id/reset-password',
    {
      config,
      schema: {
        ...onOne,
        summary: 'Give an account a new password',
        description: 'Ends its logins.',
        body: resetPasswordRequest,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await accounts.resetPassword(userActorOf(request), request.params.id, request.body.newPassword)
      return reply.status(204).send(null)
    },
  )

  app.post(
    '/users/:id/revoke-sessions',
    {
      config,
      schema: {
        ...onOne,
        summary: 'End all logins of an account',
        body: noBody,
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await accounts.endLogins(userActorOf(request), request.params.id)
      return reply.status(204).send(null)
    },
  )
}

function accountView(user: User): Account {
  return { ...userView(user), active: user.active }
}
