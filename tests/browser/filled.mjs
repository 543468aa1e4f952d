// What an office writes in place of “[Xin điền: …]” in the survey of docs/mot-cua.xlsx.

export const FILLED = {
  'đơn vị': 'Bộ phận một cửa', unit: 'One-stop desk',
  'văn bản giao thực hiện cuộc điều tra': 'Kế hoạch khảo sát năm 2026 (văn bản minh họa)',
  'the document that orders the survey': 'Survey plan 2026 (for illustration)',
  'cơ quan thực hiện': 'Sở Tài nguyên và Môi trường thực hiện khảo sát này.',
  'who carries out the survey': 'The Department of Natural Resources and Environment carries out this survey.',
  'câu trả lời được dùng để làm gì': 'Ý kiến của Ông/Bà giúp bộ phận một cửa phục vụ tốt hơn.',
  'what the answers are used for': 'Your answers help the one-stop desk to serve you better.',
  'câu trả lời được lưu trong bao lâu': 'Phiếu trả lời được lưu cùng hồ sơ khảo sát.',
  'how long the answers are kept': 'Answers are kept with the records of the survey.',
  'nơi liên hệ': 'Văn phòng Sở, trong giờ hành chính.', 'whom to contact': 'Office of the Department, in office hours.',
  'vì sao người này được mời': 'Ông/Bà được mời vì đã nhận kết quả thủ tục trong quý này.',
  'why this person was invited': 'You were invited because you received the result of a procedure this quarter.',
  'tiêu chí 8.2': 'Mức độ hài lòng của người dân', 'criterion 8.2': 'Satisfaction of citizens',
  'quy tắc chấm điểm': 'Quy tắc chấm điểm năm 2026', 'scoring rule': 'Scoring rule 2026',
  'đối tượng được đánh giá': 'Sở Tài nguyên và Môi trường', 'who is judged': 'Department of Natural Resources and Environment',
}
