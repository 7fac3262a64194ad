import { describe, expect, test } from 'vitest'
import { refusingGuard } from '#src/similar/guards'
import { questionFeatures } from '#src/similar/question-features'

const guardOf = (a: string, b: string) => refusingGuard(questionFeatures(a), questionFeatures(b))

describe('refused', () => {
  test.each([
    ['polarity', 'Is ibuprofen safe with alcohol?', 'Is ibuprofen unsafe with alcohol?'],
    [
      'polarity',
      'Is it safe to take ibuprofen with alcohol?',
      'Is it dangerous to take ibuprofen with alcohol?',
    ],
    ['polarity', 'Should I eat before surgery?', 'Should I eat after surgery?'],
    ['polarity', 'Does coffee increase blood pressure?', 'Does coffee decrease blood pressure?'],
    ['polarity', 'When should I start warfarin?', 'When should I stop warfarin?'],
    ['polarity', 'Why does my left knee swell?', 'Why does my right knee swell?'],
    ['polarity', 'What causes hair loss in men?', 'What causes hair loss in women?'],
    ['polarity', 'Fever in adults: what to do?', 'Fever in children: what to do?'],
    ['polarity', 'What are the symptoms of hypothyroidism?', 'What are the symptoms of hyperthyroidism?'],
    ['polarity', 'Is a high potassium dangerous?', 'Is a low potassium dangerous?'],
    ['polarity', 'What does a positive Coombs test mean?', 'What does a negative Coombs test mean?'],
    ['polarity', 'Is that finding normal?', 'Is that finding abnormal?'],
    ['negation', 'Can I take aspirin?', 'Can I not take aspirin?'],
    ['negation', 'Why should I take a statin?', "Why shouldn't I take a statin?"],
    ['negation', 'Can a fracture heal with surgery?', 'Can a fracture heal without surgery?'],
    ['negation', 'I have a fever. What is it?', 'I have no fever. What is it?'],
    ['numbers', 'Can I take 5 mg of ramipril?', 'Can I take 50 mg of ramipril?'],
    ['numbers', 'Can I take ramipril?', 'Can I take 50 mg of ramipril?'],
    ['numbers', 'Is 0.5 g of paracetamol enough?', 'Is 50 mg of paracetamol enough?'],
    ['numbers', 'What is type 1 diabetes?', 'What is type 2 diabetes?'],
    ['numbers', 'How is stage 2 cancer treated?', 'How is stage 4 cancer treated?'],
    ['numbers', 'Is a cough for two weeks serious?', 'Is a cough for two days serious?'],
    ['direction', 'Can asthma cause reflux?', 'Can reflux cause asthma?'],
    ['direction', 'Is aspirin better than warfarin?', 'Is warfarin better than aspirin?'],
    [
      'direction',
      'How do I switch from lithium to quetiapine?',
      'How do I switch from quetiapine to lithium?',
    ],
    ['names', 'What is metformin for?', 'What is glipizide for, and metformin?'],
    ['names', 'Is the candidiasis retested?', 'Is the chlamydia retested?'],
    ['names', 'Can I take lisinopril?', 'Can I take losartan?'],
    ['names', 'How is AIDS spread?', 'How is HIV spread?'],
    ['kind', 'What causes migraine?', 'How is migraine treated?'],
    ['kind', 'What are the symptoms of gout?', 'How can I prevent gout?'],
    ['kind', 'What is a knee replacement?', 'What does a knee replacement cost?'],
    ['kind', 'Is surgery the way?', 'Is there another way than surgery?'],
  ])('%s: %s / %s', (guard, a, b) => {
    expect(guardOf(a, b)).toBe(guard)
    expect(guardOf(b, a)).toBe(guard)
  })
})

describe('let pass', () => {
  test.each([
    ['Is 500 mg of paracetamol enough?', 'Would 0.5 g of acetaminophen be enough?'],
    ['I had two strokes. What now?', 'I had 2 strokes, what now?'],
    ['I have had a cough for 14 days. What is it?', 'A cough for 2 weeks: what is it?'],
    ['What are the signs of a heart attack?', 'Symptoms of a myocardial infarction?'],
    ['Does stress lead to gastritis?', 'Can gastritis be caused by stress?'],
    ['Can reflux cause asthma?', 'Is asthma caused by reflux?'],
    ['What is high blood pressure?', 'What is hypertension?'],
    ['Is it contagious or not?', 'Is it contagious?'],
    ['I am 16 and my period is late. Why?', 'My period is late. Why?'],
    ['Could it be diarrhea?', 'Could it be diarrhoea?'],
    ['Is diaphoresis normal?', 'Is diaphroesis normal?'],
  ])('%s / %s', (a, b) => {
    expect(guardOf(a, b)).toBeUndefined()
    expect(guardOf(b, a)).toBeUndefined()
  })
})
