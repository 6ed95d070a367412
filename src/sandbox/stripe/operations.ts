/** Every operation by the name the programmatic world gives it. */
import * as attach from "./objects/attach-payment.ts";
import * as catalog from "./objects/catalog.ts";
import * as credit from "./objects/credit-note.ts";
import * as customer from "./objects/customer.ts";
import * as dispute from "./objects/dispute.ts";
import * as invoice from "./objects/invoice.ts";
import * as settle from "./objects/invoice-settle.ts";
import * as payment from "./objects/payment.ts";
import * as payout from "./objects/payout.ts";
import * as refund from "./objects/refund.ts";
import * as renewal from "./objects/renewal.ts";
import * as subscription from "./objects/subscription.ts";
import * as endpoint from "./objects/webhook-endpoint.ts";

export const operations = {
  createCustomer: customer.createCustomer,
  updateCustomer: customer.updateCustomer,
  deleteCustomer: customer.deleteCustomer,
  adjustCustomerBalance: customer.adjustCustomerBalance,
  attachPaymentMethod: customer.attachPaymentMethod,
  createProduct: catalog.createProduct,
  updateProduct: catalog.updateProduct,
  createPrice: catalog.createPrice,
  updatePrice: catalog.updatePrice,
  createTaxRate: catalog.createTaxRate,
  createCoupon: catalog.createCoupon,
  createInvoice: invoice.createInvoice,
  updateInvoice: invoice.updateInvoice,
  deleteInvoice: invoice.deleteInvoice,
  addInvoiceLines: invoice.addInvoiceLines,
  createInvoiceItem: invoice.createInvoiceItem,
  deleteInvoiceItem: invoice.deleteInvoiceItem,
  finalizeInvoice: settle.finalizeInvoice,
  sendInvoice: settle.sendInvoice,
  payInvoice: settle.payInvoice,
  attachInvoicePayment: attach.attachInvoicePayment,
  voidInvoice: settle.voidInvoice,
  markInvoiceUncollectible: settle.markInvoiceUncollectible,
  createCreditNote: credit.createCreditNote,
  voidCreditNote: credit.voidCreditNote,
  createPaymentIntent: payment.createPaymentIntent,
  confirmPaymentIntent: payment.confirmPaymentIntent,
  cancelPaymentIntent: payment.cancelPaymentIntent,
  createRefund: refund.createRefund,
  failRefund: refund.failRefund,
  openDispute: dispute.openDispute,
  updateDispute: dispute.updateDispute,
  closeDispute: dispute.closeDispute,
  decideDispute: dispute.decideDispute,
  createPayout: payout.createPayout,
  runAutomaticPayout: payout.runAutomaticPayout,
  settlePayout: payout.settlePayout,
  createSubscription: subscription.createSubscription,
  updateSubscription: subscription.updateSubscription,
  cancelSubscription: subscription.cancelSubscription,
  createTestClock: renewal.createTestClock,
  advanceTestClock: renewal.advanceTestClock,
  deleteTestClock: renewal.deleteTestClock,
  createWebhookEndpoint: endpoint.createWebhookEndpoint,
  updateWebhookEndpoint: endpoint.updateWebhookEndpoint,
  deleteWebhookEndpoint: endpoint.deleteWebhookEndpoint,
  rollWebhookSecret: endpoint.rollWebhookSecret,
};

export type Operations = typeof operations;
