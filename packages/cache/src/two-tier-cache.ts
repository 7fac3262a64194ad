import { openTransactions } from './transaction-scope.js'
